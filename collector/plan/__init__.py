"""What is measured: plan files, the schedule made of one, its costs, and the record of a run."""
