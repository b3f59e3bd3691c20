"""A class' workbooks: numbers as sysbench would print them, in the tables that students make."""
