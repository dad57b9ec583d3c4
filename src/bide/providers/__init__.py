"""What bide says to providers: one small adapter each, on one transport.

`port` is the seam, `transport` the HTTP under it (`http` is the real one). Which are switched on is said in
`bide.accounts`.
"""
