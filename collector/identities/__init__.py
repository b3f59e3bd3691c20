"""What the numbers of one log must obey, whoever printed or typed them: pure functions."""
