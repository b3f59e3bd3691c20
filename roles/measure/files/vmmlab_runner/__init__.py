"""Runs a schedule of measurements on a lab host, without the controller.

Only Python's standard library (3.11, Debian 12's own) is used: lab hosts get nothing installed.
"""
