FROM BASE
COPY . /ctx/
COPY *.txt /txt/
