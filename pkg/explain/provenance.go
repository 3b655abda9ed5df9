package explain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/backend"
	"github.com/vitrine-ml/vitrine/internal/build"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Provenance says what went in and what it was computed with.
func Provenance(net *models.Net, inputs []*tensors.Tensor) (p record.Provenance, err error) {
	p = record.Provenance{
		Model: net.Name, Graph: net.GraphHash(), Platform: build.Platform, Processor: build.Processor(),
		Backend: backend.Choose().Kind(), Versions: build.Versions(),
	}
	if p.Weights, err = net.WeightsHash(); err != nil {
		return p, err
	}
	p.Inputs, err = hashTensors(inputs)
	return p, err
}

// hashTensors is a SHA-256 of the tensors' shapes and bytes.
func hashTensors(list []*tensors.Tensor) (string, error) {
	h := sha256.New()
	for _, t := range list {
		fmt.Fprintf(h, "%s\n", t.Shape())
		if err := t.ConstBytes(func(b []byte) { h.Write(b) }); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
