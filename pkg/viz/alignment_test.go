package viz

import "testing"

func TestAlignment(t *testing.T) { sameAsGolden(t, "alignment", figures()["alignment"]) }
