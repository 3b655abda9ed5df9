package doctor

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/vitrine-ml/vitrine/internal/cache"
)

// places says where results are kept and where the kernel of the notebooks is.
func places() Section {
	return Section{"Places", []Line{cacheFolder(), kernel(), gonb()}}
}

func cacheFolder() Line {
	mend := "set " + cache.EnvVar + " to a folder that you may write to"
	dir, err := cache.Dir()
	if err != nil {
		return Line{Wrong, "cache", err.Error(), mend}
	}
	probe, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return Line{Wrong, "cache", fmt.Sprintf("expected to write to %s: %v", dir, err), mend}
	}
	probe.Close()
	os.Remove(probe.Name())
	files, bytes := 0, int64(0)
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			info, gone := entry.Info()
			if gone == nil {
				files, bytes = files+1, bytes+info.Size()
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another process tidied up
		}
		return err
	})
	if err != nil {
		return Line{Wrong, "cache", err.Error(), mend}
	}
	return Line{OK, "cache", fmt.Sprintf("%s, writable, %.1f MB in %d files", dir, float64(bytes)/1e6, files), ""}
}

// kernel looks for the kernelspec where Jupyter would, and in the checkout.
func kernel() Line {
	folders := filepath.SplitList(os.Getenv("JUPYTER_PATH"))
	if home := vitrine(); home != "" {
		folders = append(folders, filepath.Join(home, "jupyter"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		folders = append(folders, filepath.Join(home, ".local", "share", "jupyter"), filepath.Join(home, "Library", "Jupyter"))
	}
	for _, folder := range folders {
		spec := filepath.Join(folder, "kernels", "vitrine", "kernel.json")
		if _, err := os.Stat(spec); err == nil {
			return Line{OK, "kernelspec", spec, ""}
		}
	}
	return Line{None, "kernelspec", "not found; only notebooks need it", setUp}
}

func gonb() Line {
	path, err := exec.LookPath("gonb")
	if err != nil {
		path = filepath.Join(vitrine(), "go", "bin", "gonb")
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return Line{None, "gonb", "not found; only notebooks need it", setUp}
	}
	return Line{OK, "gonb", fmt.Sprintf("%s, %s", path, info.Main.Version), ""}
}

const setUp = "./scripts/run in the checkout installs it"

// vitrine is the folder .vitrine of the checkout that the environment names, or that this program is called in; "" if there is none.
func vitrine() string {
	here, err := os.Getwd()
	if err != nil {
		return ""
	}
	places := []string{os.Getenv("VITRINE_ROOT")}
	for last := ""; here != last; here = filepath.Dir(here) {
		places, last = append(places, here), here
	}
	for _, root := range places {
		home := filepath.Join(root, ".vitrine")
		if info, err := os.Stat(home); root != "" && err == nil && info.IsDir() {
			return home
		}
	}
	return ""
}
