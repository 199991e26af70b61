<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use html_table;
use rcmail;
use rcube;

/** Settings: what other mail programs and phones need to be told, for those that do not find it by themselves. */
final class ProgramsPage
{
    public function __construct(
        private readonly danhba $plugin,
        private readonly rcmail $rcmail,
        private readonly Session $session
    ) {
    }

    /** Action `plugin.danhba-programs`. */
    public function show(): void
    {
        $this->plugin->register_handler('plugin.body', fn (): string => $this->body());
        $this->rcmail->output->set_pagetitle($this->plugin->gettext('programstitle'));
        $this->rcmail->output->send('plugin');
    }

    private function body(): string
    {
        $phone = 'https://' . $this->rcmail->config->get('danhba_host') . '/dien-thoai/';
        $intro = html::p(null, $this->text('programsintro'))
            . html::p(null, html::a(['href' => $phone, 'target' => '_blank'], $this->text('phonepage')));
        $tables = '';
        foreach ($this->values() as $title => $rows) {
            $tables .= html::tag('fieldset', [], html::tag('legend', [], $this->text($title)) . $this->table($rows));
        }
        return html::div('formcontent danhba-programs',
            html::tag('h1', ['class' => 'boxtitle'], $this->text('programstitle')) . $intro . $tables);
    }

    /** @return array<string, array<string, string>> title => name of a value => value */
    private function values(): array
    {
        $mailbox = $this->session->mailbox();
        $host = (string) $this->rcmail->config->get('danhba_host');
        $book = parse_url((string) $this->rcmail->config->get('danhba_ldap_uri'));
        $ldap = ['server' => $book['host'] ?? '', 'port' => (string) ($book['port'] ?? '636'), 'security' => 'SSL/TLS',
            'basedn' => (string) $this->rcmail->config->get('danhba_ldap_base'), 'binddn' => $mailbox['dn']];
        return [
            'account' => ['fullname' => $mailbox['name'], 'address' => $mailbox['address'],
                'username' => $mailbox['address'], 'authentication' => $this->plugin->gettext('normalpassword')],
            'imap' => ['server' => $host, 'port' => '993', 'security' => 'SSL/TLS'],
            'pop' => ['server' => $host, 'port' => '995', 'security' => 'SSL/TLS'],
            'smtp' => ['server' => $host, 'port' => '465', 'security' => 'SSL/TLS'],
        ] + ($ldap['server'] === '' ? [] : ['ldap' => $ldap]);
    }

    private function table(array $rows): string
    {
        $table = new html_table(['cols' => 2, 'class' => 'propform']);
        foreach ($rows as $name => $value) {
            $table->add('title', html::label([], $this->text($name)));
            $table->add('value', html::tag('code', [], rcube::Q($value)));
        }
        return $table->show();
    }

    private function text(string $name): string
    {
        return rcube::Q($this->plugin->gettext($name));
    }
}
