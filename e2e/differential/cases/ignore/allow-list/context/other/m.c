other/m.c
