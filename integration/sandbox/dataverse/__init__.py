"""The Dataverse organization: its Web API, its tables and rules, its page for salespeople.

``http`` answers requests, ``query`` turns OData and FetchXML into SQL, ``store`` keeps the rows, ``rules`` says what
the organization does when rows are written, ``sales`` has its sales messages. ``security``, ``metadata``,
``solutions`` and ``webhooks`` are what their names say; ``seed`` fills a new organization.
"""
