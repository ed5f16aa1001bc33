"""Time zones as the service knows them, by number and by their name in Windows, and the settings of each user, of which
the time zone is one."""

from __future__ import annotations

import sqlite3
import uuid

UTC = 92
SPACE = uuid.UUID("5b1f1d1e-62a4-4b8e-9d0c-2f8f7c8a4b11")
ZONES = {
    0: "Dateline Standard Time", 1: "Samoa Standard Time", 2: "Hawaiian Standard Time", 3: "Alaskan Standard Time",
    4: "Pacific Standard Time", 10: "Mountain Standard Time", 15: "US Mountain Standard Time",
    20: "Central Standard Time", 25: "Canada Central Standard Time", 33: "Central America Standard Time",
    35: "Eastern Standard Time", 45: "SA Pacific Standard Time", 47: "Venezuela Standard Time",
    50: "Atlantic Standard Time", 55: "SA Western Standard Time", 56: "Pacific SA Standard Time",
    59: "Paraguay Standard Time", 60: "Newfoundland Standard Time", 65: "E. South America Standard Time",
    69: "Argentina Standard Time", 73: "Greenland Standard Time", 80: "Azores Standard Time",
    83: "Cape Verde Standard Time", 84: "Morocco Standard Time", 85: "GMT Standard Time",
    90: "Greenwich Standard Time", UTC: "UTC", 95: "Central Europe Standard Time",
    100: "Central European Standard Time", 105: "Romance Standard Time", 110: "W. Europe Standard Time",
    113: "W. Central Africa Standard Time", 115: "E. Europe Standard Time", 120: "Egypt Standard Time",
    125: "FLE Standard Time", 131: "Middle East Standard Time", 134: "Turkey Standard Time",
    135: "Israel Standard Time", 140: "South Africa Standard Time", 145: "Russian Standard Time",
    150: "Arab Standard Time", 155: "E. Africa Standard Time", 160: "Iran Standard Time",
    165: "Arabian Standard Time", 172: "Mauritius Standard Time", 175: "Afghanistan Standard Time",
    180: "Ekaterinburg Standard Time", 184: "Pakistan Standard Time", 190: "India Standard Time",
    193: "Nepal Standard Time", 196: "Bangladesh Standard Time", 203: "Myanmar Standard Time",
    205: "SE Asia Standard Time", 210: "China Standard Time", 215: "Singapore Standard Time",
    220: "Taipei Standard Time", 225: "W. Australia Standard Time", 230: "Korea Standard Time",
    235: "Tokyo Standard Time", 245: "AUS Central Standard Time", 250: "Cen. Australia Standard Time",
    255: "AUS Eastern Standard Time", 260: "E. Australia Standard Time", 275: "West Pacific Standard Time",
    280: "Central Pacific Standard Time", 285: "Fiji Standard Time", 290: "New Zealand Standard Time",
    299: "Chatham Islands Standard Time", 300: "Tonga Standard Time", 307: "Line Islands Standard Time",
}  # fmt: skip
"""Code -> name, most of those the service has."""


def keep(connection: sqlite3.Connection) -> None:
    """The time zones, and settings for every user who is there or comes; they begin with UTC."""
    connection.executemany(
        "INSERT OR IGNORE INTO timezonedefinition "
        "(timezonedefinitionid, timezonecode, standardname, userinterfacename, versionnumber) "
        "SELECT ?, ?, ?, ?, value FROM counter",
        [(str(uuid.uuid5(SPACE, name)), code, name, name) for code, name in ZONES.items()],
    )
    connection.execute(
        "CREATE TRIGGER IF NOT EXISTS systemuser_settings AFTER INSERT ON systemuser BEGIN INSERT OR IGNORE INTO "
        "usersettings (systemuserid, timezonecode, versionnumber) SELECT NEW.systemuserid, 92, value FROM counter; END"
    )
    connection.execute(
        "INSERT OR IGNORE INTO usersettings (systemuserid, timezonecode, versionnumber) "
        "SELECT systemuserid, ?, value FROM systemuser, counter",
        (UTC,),
    )
