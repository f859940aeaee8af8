FROM BASE
COPY --chmod=0600 k.txt run.sh /several/
