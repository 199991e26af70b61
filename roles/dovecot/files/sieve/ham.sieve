# A message was moved or copied out of Junk by its owner: it is none, but where it was thrown away.
require ["copy", "environment", "imapsieve", "variables", "vnd.dovecot.pipe"];

if environment :matches "imap.mailbox" "*" {
    set "folder" "${1}";
}
if not anyof (string :is "${folder}" "Trash", string :is "${folder}" "Junk", size :over 4M) {
    pipe :copy "learn" ["ham"];
}
