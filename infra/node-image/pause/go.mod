module faultline.dev/pause

go 1.26.0
