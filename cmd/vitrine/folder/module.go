package folder

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

const vitrine = "github.com/vitrine-ml/vitrine"

// source is the version of Vitrine that a program was built from.
type source struct {
	root    string // the folder with its files
	version string // a released version, "" for a checkout
	sum     string // the released version's checksum, as in go.sum
}

// running is the source of this program.
func running() (source, error) {
	info, ok := debug.ReadBuildInfo()
	_, file, _, here := runtime.Caller(0)
	if !ok || !here {
		return source{}, fmt.Errorf("this program does not know what it was built from: call ./scripts/vitrine in a checkout of %s", vitrine)
	}
	s := source{root: filepath.Dir(filepath.Dir(filepath.Dir(filepath.Dir(file))))}
	for _, m := range append(info.Deps, &info.Main) {
		// A checkout may bear a version too, made of its last commit, but nobody can download that: it has no checksum.
		if m.Path == vitrine && m.Replace == nil && m.Sum != "" {
			s.version, s.sum = m.Version, m.Sum
		}
	}
	return s, nil
}

// checkout is where the scripts are. A released version in Go's module cache cannot be set up there.
func (s source) checkout() string {
	if s.version != "" {
		return "path/to/a/checkout/of/vitrine"
	}
	return s.root
}

// directives are the parts of a go.mod that hold for a module that depends on it as well.
var directives = regexp.MustCompile(`(?m)^(go \S+|require [^(\n]+|require \((?s:.*?)\n\))$`)

// module gives the go.mod and go.sum of a module that requires s, and with it all that s requires: nothing is left to be looked up.
func (s source) module() (map[string]string, error) {
	var text [2]string
	for i, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(s.root, name))
		if err != nil {
			return nil, fmt.Errorf("expected the source that this program was built from: %w; call ./scripts/vitrine in a checkout of %s", err, vitrine)
		}
		text[i] = string(content)
	}
	mod, sum := text[0], text[1]
	if !strings.HasPrefix(mod, "module "+vitrine+"\n") {
		return nil, fmt.Errorf("expected the source of %s in %s, its go.mod is of another module; call ./scripts/vitrine in a checkout", vitrine, s.root)
	}
	parts := append([]string{"module notebooks"}, directives.FindAllString(mod, -1)...)
	if s.version == "" {
		parts = append(parts, "require "+vitrine+" v0.0.0", "replace "+vitrine+" => "+quoted(s.root))
	} else {
		parts = append(parts, "require "+vitrine+" "+s.version)
		sum += fmt.Sprintf("%[1]s %[2]s %[3]s\n%[1]s %[2]s/go.mod %[4]s\n", vitrine, s.version, s.sum, modSum(mod))
	}
	return map[string]string{"go.mod": strings.Join(parts, "\n\n") + "\n", "go.sum": sum}, nil
}

// quoted is a path as it stands in a go.mod.
func quoted(path string) string {
	if strings.ContainsAny(path, " \t\"'`()[]{}\\") {
		return strconv.Quote(path)
	}
	return path
}

// modSum is a go.mod's checksum as in go.sum: the SHA-256 of a list of one file (golang.org/x/mod/sumdb/dirhash, Hash1).
func modSum(mod string) string {
	list := sha256.Sum256(fmt.Appendf(nil, "%x  go.mod\n", sha256.Sum256([]byte(mod))))
	return "h1:" + base64.StdEncoding.EncodeToString(list[:])
}
