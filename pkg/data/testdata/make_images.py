"""Pictures of every kind that PNG and JPEG files have, and what Pillow makes of them: images.json. Run in this folder: python make_images.py"""
import base64, io, json
import numpy as np
import PIL
from PIL import Image, ImageOps

rng = np.random.default_rng(1)
h, w = 37, 53
y, x = np.mgrid[0:h, 0:w]
rgb = np.stack([x * 4, y * 6, (x + y) * 2], 2).clip(0, 255).astype(np.uint8)
rgb[5:15, 8:20] = [250, 10, 40]
rgb[20:30, 30:45] = [10, 200, 250]
colour = Image.fromarray(rgb)
alpha = colour.copy()
alpha.putalpha(Image.fromarray((x * 4).clip(0, 255).astype(np.uint8)))
palette = colour.quantize(16)
deep = Image.fromarray((x.astype(np.uint16) * 1200))

cases = []


def add(name, image, form, seen=None, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    back = Image.open(io.BytesIO(out.getvalue()))
    seen = seen or back
    if form == "JPEG":
        seen = ImageOps.exif_transpose(back).convert("RGB")
    for height, width in [(12, 10), (45, 60)] if name in ("rgb.png", "alpha.png", "rgb.jpg", "turned-6.jpg") else [(12, 10)]:
        small = seen.resize((width, height), Image.Resampling.BILINEAR)
        grey = small.convert("L")
        cases.append({
            "name": name, "file": base64.b64encode(out.getvalue()).decode(), "height": height, "width": width,
            "rgb": base64.b64encode(np.asarray(small).tobytes()).decode(), "grey": base64.b64encode(np.asarray(grey).tobytes()).decode(),
        })


def white(image):
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


add("rgb.png", colour, "PNG", colour)
add("grey.png", colour.convert("L"), "PNG", colour.convert("L").convert("RGB"))
add("bits.png", colour.convert("1"), "PNG", colour.convert("1").convert("RGB"))
add("alpha.png", alpha, "PNG", white(alpha))
add("palette.png", palette, "PNG", palette.convert("RGB"))
clear = palette.copy()
clear.info["transparency"] = 3
add("transparent-palette.png", clear, "PNG", white(clear), transparency=3)
add("sixteen.png", deep, "PNG", Image.fromarray((np.asarray(deep) >> 8).astype(np.uint8)).convert("RGB"))
add("rgb.jpg", colour, "JPEG", quality=95, subsampling=0)
add("progressive.jpg", colour, "JPEG", quality=90, subsampling=0, progressive=True)
add("grey.jpg", colour.convert("L"), "JPEG", quality=95)
add("cmyk.jpg", colour.convert("CMYK"), "JPEG", quality=95)
for turn in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = turn
    add(f"turned-{turn}.jpg", colour, "JPEG", quality=95, subsampling=0, exif=exif)

with open("images.json", "w") as f:
    json.dump({"pillow": PIL.__version__, "numpy": np.__version__, "cases": cases}, f, separators=(",", ":"))
