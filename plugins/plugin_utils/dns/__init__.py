"""The DNS records that mail needs: computed, written as zone fragments, and compared with the servers."""
