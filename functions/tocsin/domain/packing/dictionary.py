"""What most stored messages say in the same words, so that none has to carry it.

Frozen: a message can only be unpacked with the very text it was packed with. Another text is
another VERSION of the format, beside this one. What is not in it, such as the channels of a profile
of one's own, costs its own length and no more.
"""

from __future__ import annotations

from typing import Final

WORDS: Final = (
    b'"badValues":{"at":[],"values":[]}"states":[[0,"off"],[0,"idle"],[0,"starting"],[0,"running"]]'
    b'[["humidity_pct","co2_ppm","battery_pct"]]'
    b'[["cpu_pct","power_w","response_ms","queue_length","memory_pct","load_pct"]]'
    b'[["vibration_mm_s","speed_rpm","ambient_c","supply_c","return_c","level_pct"]]'
    b'"alert":{"alertId":"","t":1795,"siteId":""}"beside":{"known":[],"runs":{},"raised":{}}'
    b'"limits":{"run":1,"raisedT":1,"siteId":null}"aftermath":{"peak":1.,"t":179}'
    b'"outage":{"sensors":1,"since":179}"settling":{"now":{"scores":[],"peak":},"before":'
    b'[{"scores":[],"peak":}],"idle":,"idled":}[["vibration1_g","vibration2_g","current_a",'
    b'"pressure_bar","temperature_c","thermocouple_c","voltage_v","flow_lpm"]]{"sensors":{},'
    b'"standing":{"alert":null,"beside":null,"limits":null,"run":0,"clearedAt":null,"usual":'
    b'{"ticks":,"readings":,"profile":"","modelVersion":"","baseline":0},"aftermath":null,'
    b'"outage":null,"operating":{"state":"running","since":179,"left":null,"low":null,"high":null,'
    b'"started":null,"blindTo":null,"settling":null}},"rhythm":{"periodMs":null,"other":0,"told":0,'
    b'"gapMs":,"longestMs":,"stretch":,"bursts":0},"habits":{":[0.0,0.0,0.0,,null,0.0],"'
)
