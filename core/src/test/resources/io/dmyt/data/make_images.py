"""Makes ycck.jpg and, as PIL decodes it, ycck.png. Needs Pillow; run in this folder."""

from PIL import Image

size = 24
cmyk = Image.new("CMYK", (size, size))
cmyk.putdata([
    (10 * x, 10 * y, 255 - 10 * x, 5 * (x + y) // 2) for y in range(size) for x in range(size)
])
cmyk.save("ycck.jpg", quality=95)
data = bytearray(open("ycck.jpg", "rb").read())
adobe = data.index(b"Adobe")
data[adobe + 11] = 2  # the colour transform: none -> YCCK
open("ycck.jpg", "wb").write(data)
Image.open("ycck.jpg").convert("RGB").save("ycck.png")
