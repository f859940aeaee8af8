FROM BASE
ADD https://web.invalid/x/y.git#v1 /a
