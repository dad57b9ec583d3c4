"""What would a policy have cost? A log of requests is played through the engine's own decisions, in a made-up world.

`arrival` and `reading` say what came and by when it was wanted, `scenario` and `weather` how the provider behaves, `market` what
a batch and a call do there. `ours` plays bide's decisions, `fixed` the rules people write themselves, `clairvoyant` what
could be had by knowing the future. `outcome` counts, `comparison` puts several beside each other.
"""
