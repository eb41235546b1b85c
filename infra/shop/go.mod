module faultline.dev/shop

go 1.26
