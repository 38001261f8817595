"""Figures without Django: arrays in, a small frozen record of what is drawn, then a Plotly figure out."""
