"""What we measure against peers and limits. The product never imports this; `script/bench` runs it."""
