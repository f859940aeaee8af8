FROM BASE
ADD https://web.invalid/x/y/releases/download/v1/a.tar.gz /a.tar.gz
