syntax on
filetype plugin indent on
set background=dark
set expandtab shiftwidth=2 softtabstop=2 tabstop=2
set ruler incsearch
" The terminal's own selection, for copy and paste.
set mouse=
