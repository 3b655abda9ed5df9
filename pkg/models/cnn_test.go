package models

import "testing"

// TestCNNIsPyTorchs: outputs and gradients of the same weights, as patches and as the backend's own convolution.
func TestCNNIsPyTorchs(t *testing.T) {
	var fixture struct{ CNN smallCase }
	readFixture(t, "testdata/small.json", &fixture)
	for _, native := range []bool{false, true} {
		fixture.CNN.compare(t, CNN{Channels: []int{3, 4}, Dense: 5, Native: native}, Port{Name: "class", Kind: Logits, Shape: []int{3}}, nil)
	}
}
