<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use rcmail;
use rcmail_action_mail_index;
use rcube;
use rcube_message;
use rcube_message_header;
use rcube_mime;

/**
 * Shows which messages come from outside, in the list and above each, and warns of strangers with the name of one of us, or
 * with a domain that looks like ours (R10.4). The gate marks each message that it takes, and takes away the marks that came with it (role guard). What has no
 * mark was here before the gate, or was put here by the owner, and goes by its sender's domain.
 */
final class Origin
{
    private const HEADER = 'x-danhba-origin';
    private const INSIDE = '', OUTSIDE = 'outside', NAMED = 'named', LOOKALIKE = 'lookalike';

    private readonly string $domain;

    public function __construct(private readonly danhba $plugin, private readonly rcmail $rcmail)
    {
        $this->domain = strtolower((string) $rcmail->config->get('danhba_domain'));
    }

    /** Hook `storage_init`: the mark is wanted of each message of a list. */
    public function storage_init(array $args): array
    {
        $args['fetch_headers'] = trim(($args['fetch_headers'] ?? '') . ' ' . strtoupper(self::HEADER));
        return $args;
    }

    /** Hook `messages_list`: the mark stands before the sender. */
    public function messages_list(array $args): array
    {
        foreach ($args['messages'] ?? [] as $header) {
            $origin = $this->of($header, (string) $header->folder);
            if ($origin !== self::INSIDE) {
                $shown = rcmail_action_mail_index::address_string($header->from, 3, false, null, $header->charset, null, false);
                $label = rcube::Q($this->plugin->gettext("origin$origin"));
                $mark = html::span(['class' => "danhba-origin $origin", 'title' => $this->text($header, $origin)], $label);
                foreach (['from', 'fromto'] as $column) {
                    $header->list_cols[$column] = "$mark $shown";
                }
            }
        }
        return $args;
    }

    /** Hook `message_objects`: what there is to know stands above the message. */
    public function message_objects(array $args): array
    {
        $message = $args['message'] ?? null;
        if (!$message instanceof rcube_message || !$message->headers) {
            return $args;
        }
        $origin = $this->of($message->headers, (string) $message->folder);
        if ($origin !== self::INSIDE) {
            $kind = $origin === self::OUTSIDE ? 'boxinformation' : 'boxwarning';
            $text = html::span(null, rcube::Q($this->text($message->headers, $origin)));
            array_unshift($args['content'], html::div(['class' => "$kind danhba-origin-notice", 'role' => 'note'], $text));
        }
        return $args;
    }

    /** Where a message comes from. What the owner wrote is in folders that nobody else writes to. */
    private function of(rcube_message_header $header, string $folder): string
    {
        $own = [$this->rcmail->config->get('sent_mbox'), $this->rcmail->config->get('drafts_mbox')];
        if (in_array($folder, $own, true)) {
            return self::INSIDE;
        }
        $marks = (array) ($header->others[self::HEADER] ?? []);
        if ($marks === []) {
            return $this->is_ours((string) $header->from) ? self::INSIDE : self::OUTSIDE;
        }
        $mark = strtolower(trim((string) implode(' ', $marks)));
        return match (true) {
            $mark === 'inside' => self::INSIDE,
            str_contains($mark, 'lookalike') => self::LOOKALIKE,
            str_contains($mark, 'name') => self::NAMED,
            default => self::OUTSIDE,
        };
    }

    private function is_ours(string $from): bool
    {
        $addresses = array_column(rcube_mime::decode_address_list($from, null, false), 'mailto');
        $foreign = array_filter($addresses, fn ($each): bool => !str_ends_with(strtolower((string) $each), "@$this->domain"));
        return $addresses !== [] && $foreign === [];
    }

    private function text(rcube_message_header $header, string $origin): string
    {
        $addresses = rcube_mime::decode_address_list($header->from, 1, true, $header->charset);
        $first = reset($addresses) ?: [];
        $values = [
            'name' => (string) ($first['name'] ?? ''),
            'address' => (string) ($first['mailto'] ?? ''),
            'domain' => $this->domain,
        ];
        return $this->plugin->gettext(['name' => "origin{$origin}text", 'vars' => $values]);
    }
}
