"""What is expected of every lane, from what was seen there. It chooses lanes and copies; no safe moment rests on it.

A `cell` is where something is counted, `counts` are all of them, `evidence` is a sum of them by age as it counts now. Of evidence are made
how long a batch takes (`turnaround`), how long a call (`latency`), whether what was said is kept (`calibration`), and what second copies are
good for (`efficacy`). `prior` is what is believed before anything was seen. `forecast` puts them together.
"""
