"""Writes this host's metrics into a file for Prometheus' node exporter."""
