# escape=`
FROM BASE
RUN echo one `
  two > /c && echo 'back\slash' > /d
ENV A=x\y
COPY k.txt `
  /k
