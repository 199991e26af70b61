# What the gate has marked as spam (role rspamd) goes to Junk before any rule of its owner is asked: nobody answers it.
require ["fileinto"];

if header :is "X-Spam" "Yes" {
    fileinto "Junk";
    stop;
}
