"""Answers of the service written down by hand from its documentation, given to the client word by word.

``exchanges/`` holds one answer a file: status line, headers, empty line, body. Line ends are those of the wire (CRLF)
when they are sent, and the length is counted then.
"""
