<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use Mail_mime;
use rcube;
use rcube_charset;
use rcube_mime;
use rcube_user;

/** One identity: the mailbox's own address and name (R10.2, R10.4). Only the signature is the user's to write. */
final class Identity
{
    /** @var list<string> fields of the forms of automatic replies that name addresses of the one who replies */
    private const REPLY_FIELDS = ['vacation_from', 'vacation_addresses', '_action_from', '_action_addresses'];

    private const RECEIPT = ['Disposition-Notification-To' => true, 'Return-Receipt-To' => true];

    public function __construct(private readonly danhba $plugin, private readonly Session $session)
    {
    }

    /** The name and address that mail of a mailbox bears. */
    public static function of(array $mailbox): array
    {
        return ['name' => $mailbox['name'], 'email' => $mailbox['address']];
    }

    /** Hook `template_object_username`: whose mailbox is open, by the name that people know. */
    public function header(array $args): array
    {
        if ($mailbox = $this->session->mailbox()) {
            $args['content'] = html::span('danhba-owner', rcube::Q($mailbox['name']))
                . html::span('danhba-own', rcube::Q($mailbox['address']));
        }
        return $args;
    }

    /** Bring the stored identities of a user to exactly this one; the signature stays. */
    public function settle(rcube_user $user): void
    {
        $mailbox = $this->session->mailbox();
        $identities = $user->list_identities();
        if (!$mailbox || !$user->ID) {
            return;
        }
        $wanted = ['standard' => 1, 'reply-to' => '', 'bcc' => ''] + self::of($mailbox);
        $first = array_shift($identities);
        if (!$first) {
            $user->insert_identity($wanted);
        } elseif (array_diff_assoc($wanted, $first)) {
            $user->update_identity($first['identity_id'], $wanted);
        }
        foreach ($identities as $other) {
            $user->delete_identity($other['identity_id']);
        }
    }

    public function user_create(array $args): array
    {
        $mailbox = $this->session->mailbox();
        return $mailbox ? ['user_name' => $mailbox['name'], 'user_email' => $mailbox['address']] + $args : $args;
    }

    public function identity_create(array $args): array
    {
        return empty($args['login']) ? ['abort' => true, 'result' => false] + $args : $args;
    }

    public function identity_update(array $args): array
    {
        $mailbox = $this->session->mailbox();
        if (!$mailbox) {
            return ['abort' => true, 'result' => false] + $args;
        }
        $args['record'] = ['reply-to' => '', 'bcc' => '', 'standard' => 1] + self::of($mailbox) + $args['record'];
        return $args;
    }

    public function identity_delete(array $args): array
    {
        return ['abort' => true, 'result' => false] + $args;
    }

    /**
     * An automatic reply bears the mailbox's own address, whatever the form says. None is written into the rule: Dovecot
     * knows the present one, also after the mailbox was given another.
     */
    public function startup(array $args): array
    {
        if (str_starts_with((string) $args['action'], 'plugin.managesieve')) {
            foreach (array_intersect(self::REPLY_FIELDS, array_keys($_POST)) as $name) {
                $_POST[$name] = is_array($_POST[$name]) ? array_fill_keys(array_keys($_POST[$name]), '') : '';
            }
        }
        return $args;
    }

    /**
     * Whatever form a message was sent by, its sender is the mailbox, or it is not sent; and the name beside the address
     * is the mailbox's.
     */
    public function message_before_send(array $args): array
    {
        $mailbox = $this->session->mailbox();
        $headers = $args['message']->headers();
        $from = array_values(rcube_mime::decode_address_list((string) ($headers['From'] ?? ''), null, true, null, true));
        $own = $mailbox && $args['from'] === $mailbox['address'] && count($from) === 1
            && strcasecmp($from[0], $mailbox['address']) === 0;
        if ($own) {
            $args['message']->headers($this->sender($mailbox, $args['message'], $headers), true);
            return $args;
        }
        $text = ['name' => 'notyouraddress', 'vars' => ['address' => $mailbox['address'] ?? '']];
        return ['abort' => true, 'result' => false, 'error' => $this->plugin->gettext($text)] + $args;
    }

    /** The headers that name the sender, in the character set in which the message is written. */
    private function sender(array $mailbox, Mail_mime $message, array $headers): array
    {
        $sender = rcube_charset::convert(
            format_email_recipient($mailbox['address'], $mailbox['name']),
            RCUBE_CHARSET,
            (string) $message->getParam('head_charset')
        );
        return array_fill_keys(['From', ...array_keys(array_intersect_key($headers, self::RECEIPT))], $sender);
    }
}
