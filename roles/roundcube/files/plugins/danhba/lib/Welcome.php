<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use Mail_mime;
use rcmail;
use rcube;

/**
 * The first message of a new mailbox, from the operator: what to do, where the guide is, whom to call (R10.9).
 *
 * The webmail puts it there when it opens the mailbox for the first time, which is also the first time that anybody opens
 * it (R10.1). That it is due is a preference, which follows the mailbox wherever it goes; what could not be put there is
 * put there at the next sign-in.
 */
final class Welcome
{
    private const DUE = 'danhba_welcome';
    private const GUIDES = ['official' => 'can-bo.html', 'agency' => 'quan-ly-hop-thu.html'];
    private const STEPS = ['check', 'daily', 'letter', 'programs', 'secrets'];

    public function __construct(
        private readonly danhba $plugin,
        private readonly rcmail $rcmail,
        private readonly Support $support
    ) {
    }

    /** Deliver the message where it is due. `$new`: this mailbox was never opened before. */
    public function greet(array $mailbox, bool $new): void
    {
        $user = $this->rcmail->user;
        if ($new) {
            $user->save_prefs([self::DUE => true]);
        }
        if (!empty($user->get_prefs()[self::DUE]) && $this->deliver($mailbox)) {
            $user->save_prefs([self::DUE => null]);
        }
    }

    private function deliver(array $mailbox): bool
    {
        $message = $this->message($mailbox)->getMessage();
        return (bool) $this->rcmail->get_storage()->save_message('INBOX', $message);
    }

    private function message(array $mailbox): Mail_mime
    {
        $message = new Mail_mime(['eol' => "\r\n", 'head_charset' => RCUBE_CHARSET, 'text_charset' => RCUBE_CHARSET,
            'html_charset' => RCUBE_CHARSET, 'text_encoding' => 'base64', 'html_encoding' => 'base64']);
        $message->headers($this->headers($mailbox));
        $message->setTXTBody($this->text($mailbox));
        $message->setHTMLBody($this->html($mailbox));
        return $message;
    }

    /** A number of its own, always the same: a copy shows that it is one. */
    private function headers(array $mailbox): array
    {
        $host = $this->rcmail->config->get('danhba_host');
        $sender = $this->support->mail ?: 'postmaster@' . $this->rcmail->config->get('danhba_domain');
        return [
            'From' => format_email_recipient($sender, $this->say('welcomefrom')),
            'To' => format_email_recipient($mailbox['address'], $mailbox['name']),
            'Subject' => $this->say("welcomesubject{$mailbox['kind']}"),
            'Date' => date('r'),
            'Message-ID' => "<welcome.{$mailbox['kind']}.{$mailbox['id']}@$host>",
            'Auto-Submitted' => 'auto-generated', // RFC 3834
        ];
    }

    private function text(array $mailbox): string
    {
        $steps = $this->steps($mailbox);
        $numbered = array_map(fn (string $step, int $place): string => ($place + 1) . ". $step", $steps, array_keys($steps));
        return implode("\n\n", [$this->greeting($mailbox), $this->opening($mailbox), implode("\n", $numbered),
            $this->say('welcomeguide') . ' ' . $this->guide($mailbox), $this->support->text(), $this->closing()]) . "\n";
    }

    private function html(array $mailbox): string
    {
        $steps = array_map(fn (string $step): string => html::tag('li', [], $this->linked($step)), $this->steps($mailbox));
        $guide = rcube::Q($this->say('welcomeguide')) . ' ' . $this->linked($this->guide($mailbox));
        $paragraph = fn (string $content): string => $content === '' ? '' : html::p(null, $content);
        return html::tag('html', ['lang' => 'vi'], html::tag('body', [],
            $paragraph(rcube::Q($this->greeting($mailbox))) . $paragraph(rcube::Q($this->opening($mailbox)))
            . html::tag('ol', [], implode('', $steps)) . $paragraph($guide) . $paragraph($this->support->html())
            . $paragraph(rcube::Q($this->closing()))));
    }

    /** A text as HTML in which the addresses of pages are links. */
    private function linked(string $text): string
    {
        return (string) preg_replace('~https://[^\s<]*[^\s<.,;:]~', '<a href="$0">$0</a>', rcube::Q($text));
    }

    private function greeting(array $mailbox): string
    {
        return $this->say("welcomehello{$mailbox['kind']}", ['name' => $mailbox['name']]);
    }

    private function opening(array $mailbox): string
    {
        return $this->say("welcomeopen{$mailbox['kind']}", ['address' => $mailbox['address']]);
    }

    /** @return list<string> */
    private function steps(array $mailbox): array
    {
        return array_map(fn (string $step): string => $this->say("welcome$step", ['phone' => $this->page('dien-thoai/')]),
            self::STEPS);
    }

    private function guide(array $mailbox): string
    {
        return $this->page('huong-dan/' . self::GUIDES[$mailbox['kind']]);
    }

    private function closing(): string
    {
        return $this->say('welcomeend') . "\n" . $this->say('welcomefrom') . "\n"
            . $this->rcmail->config->get('product_name');
    }

    private function page(string $path): string
    {
        return "https://{$this->rcmail->config->get('danhba_host')}/$path";
    }

    private function say(string $name, array $vars = []): string
    {
        return $this->plugin->gettext(['name' => $name, 'vars' => $vars]);
    }
}
