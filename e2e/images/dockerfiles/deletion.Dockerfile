FROM BASE
COPY . /ctx/
RUN rm /bin/vi /ctx/k.txt && rm -r /ctx/a && rm -r /home
RUN rm -rf /ctx/d && mkdir /ctx/d && echo new > /ctx/d/new
RUN mkdir /ctx/a && echo back > /ctx/a/r.md && rm /ctx/link && mkdir /ctx/link
RUN mv /ctx/d /moved && rm -r /ctx/dlink && echo file > /ctx/dlink
