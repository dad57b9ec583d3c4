"""Answers to many prompts, in order, by a deadline; run again after a crash, it goes on and pays nothing twice."""

import bide

TICKETS = ["My parcel is late.", "The app crashes on start.", "How do I change my address?"]
PROMPTS = [f"Which team should answer this? {ticket}" for ticket in TICKETS]

with bide.Client() as client:
    answers = client.map(PROMPTS, model="gpt-5-mini", within="2h", key="tickets-of-today", progress=True)
    for ticket, answer in zip(TICKETS, answers, strict=True):
        print(ticket, "->", answer.text if answer.ok else answer.error)
