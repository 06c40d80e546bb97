# # A script
#
# It shows something.

x = 1

# ## Part

# +
y = 2

z = 3
# -
