module faultline.dev/runtime

go 1.24
