other/m.h
