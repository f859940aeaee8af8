FROM BASE
COPY a/* /star/
COPY ?.txt /question/
COPY [kr]* /class/
COPY d/*.mod a/b/ /several/
COPY a d /merged/
COPY ./a/ /slash
COPY ["k.txt", "/json form/"]
