//go:build !cgo || noxla || !((linux && (amd64 || arm64)) || (darwin && arm64))

package backend

import "errors"

const withoutXLA = "this program was built without XLA (it needs cgo, and linux or macOS on arm64)"

func installedPlugin() string { return "" }

// Install says that there is nothing to install for.
func Install(string) (Choice, error) { return Choice{}, errors.New("backend: " + withoutXLA) }

func keepMemory() {}
