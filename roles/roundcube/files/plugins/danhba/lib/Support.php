<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use rcmail;
use rcube;

/** Whom to ask (R10.9): the operator's telephone and address, either of which may be missing. */
final class Support
{
    public readonly string $phone;
    public readonly string $mail;

    public function __construct(private readonly danhba $plugin, rcmail $rcmail)
    {
        $this->phone = (string) $rcmail->config->get('danhba_support_phone');
        $this->mail = (string) $rcmail->config->get('danhba_support_mail');
    }

    /** A line of text, as HTML; empty where nobody is named. */
    public function html(): string
    {
        $mail = $this->mail === '' ? '' : html::a(['href' => "mailto:{$this->mail}"], rcube::Q($this->mail));
        $ways = array_filter([rcube::Q($this->phone), $mail]);
        return $ways ? rcube::Q($this->plugin->gettext('supportcontact')) . ' ' . implode(', ', $ways) : '';
    }

    /** The same as plain text. */
    public function text(): string
    {
        $ways = array_filter([$this->phone, $this->mail]);
        return $ways ? $this->plugin->gettext('supportcontact') . ' ' . implode(', ', $ways) : '';
    }
}
