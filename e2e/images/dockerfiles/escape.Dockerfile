# escape=`
FROM BASE
RUN echo one `
  two > /c && echo 'back\slash' > /d
ENV A=x\y B="a`"b"
COPY k.txt `
  /k
