"""OpenGL's numbers, as SpoutGL.enums names them."""

GL_RGB, GL_RGBA, GL_BGR_EXT, GL_BGRA_EXT = 0x1907, 0x1908, 0x80E0, 0x80E1
