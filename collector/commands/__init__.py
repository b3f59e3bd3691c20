"""One module per sub-command of `vmmlab`, imported only when it is asked for."""
