"""Small WAV files of every kind and what soundfile reads of them: sounds.json. Run in this folder: python make_sounds.py"""
import base64, io, json
import numpy as np
import scipy
import scipy.signal
import soundfile

rng = np.random.default_rng(2)
stereo = np.clip(rng.normal(0, 0.4, (40, 2)), -1, 0.999)
cases = []
for form, kinds in {"WAV": ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"], "WAVEX": ["PCM_16", "PCM_24", "FLOAT"]}.items():
    for kind in kinds:
        for channels in (1, 2):
            out = io.BytesIO()
            soundfile.write(out, stereo[:, :channels], 8000 * channels, kind, format=form)
            back, rate = soundfile.read(io.BytesIO(out.getvalue()), always_2d=True)
            cases.append({"name": f"{form} {kind} {channels}", "file": base64.b64encode(out.getvalue()).decode(), "rate": rate, "mono": back.mean(1).tolist()})

# A sound with nothing above 3 kHz, at another rate: scipy.signal.resample_poly with a long filter.
t = np.arange(1600) / 16000
sound = sum(a * np.sin(2 * np.pi * f * t + p) for a, f, p in [(0.4, 300, 0), (0.3, 1100, 1), (0.2, 2700, 2)]) * np.hanning(1600)
half = 64
resampled = []
for rate, up, down in [(8000, 1, 2), (22050, 441, 320), (11025, 441, 640)]:
    most = max(up, down)
    h = scipy.signal.firwin(2 * half * most + 1, 1 / most, window=("kaiser", 8.0))
    y = scipy.signal.resample_poly(sound, up, down, window=h)
    resampled.append({"rate": rate, "samples": np.round(y, 6).tolist()[::7]})

with open("sounds.json", "w") as f:
    json.dump({"soundfile": soundfile.__version__, "scipy": scipy.__version__, "cases": cases, "sound": np.round(sound, 6).tolist(), "resampled": resampled},
              f, separators=(",", ":"))
