package build

import (
	"strings"
	"testing"
)

func TestProcessor(t *testing.T) {
	if p := Processor(); p == "" || strings.HasPrefix(p, ",") || strings.ContainsAny(p, "\n\t") || p != Processor() {
		t.Errorf("the processor is %q", p)
	}
}
