"""What a report says about one lab host, or about a lab, independent of workbook and HTML."""
