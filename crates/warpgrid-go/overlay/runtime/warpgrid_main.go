//go:build wasip1

package runtime

import "internal/warpgrid"

func init() {
	warpgrid.Main = main_main
}
