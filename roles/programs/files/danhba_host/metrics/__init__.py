"""What is watched of this host, as numbers in a file that Prometheus' node exporter reads."""
