"""The words of the one-stop office: events, time, due dates, life cycle, verdicts and figures.

Pure: no file, clock, network, print or global random; the other packages import it, it imports none of them.
"""
