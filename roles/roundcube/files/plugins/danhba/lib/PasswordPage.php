<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use rcmail;
use rcube_utils;

/** Settings: the user changes the password; this session goes on, and all others of the mailbox end. */
final class PasswordPage
{
    private Form $form;
    private bool $changed = false;

    public function __construct(
        private readonly danhba $plugin,
        private readonly rcmail $rcmail,
        private readonly Service $service,
        private readonly Session $session
    ) {
        $this->form = new Form($plugin);
    }

    /** Action `plugin.danhba-password`. Roundcube has checked the token of a POST by now; a GET changes nothing. */
    public function show(): void
    {
        if ($_SERVER['REQUEST_METHOD'] === 'POST') {
            $this->change();
        }
        $this->plugin->register_handler('plugin.body', fn (): string => $this->body());
        $this->rcmail->output->set_pagetitle($this->plugin->gettext('passwordtitle'));
        $this->rcmail->output->send('plugin');
    }

    private function change(): void
    {
        $new = $this->form->chosen();
        if ($new === null) {
            return;
        }
        $address = (string) $_SESSION['username'];
        $answer = $this->service->change_password($address, $this->form->posted('_old'), $new, rcube_utils::remote_addr());
        switch ($answer['answer']) {
            case 'changed':
                $this->session->renew($answer['mailbox'], $answer['token']);
                $this->changed = true;
                break;
            case 'unsuitable':
                $this->form->unsuitable($answer);
                break;
            case 'refused':
                $this->form->reasons[] = $this->plugin->gettext('wrongold');
                break;
            default:
                $this->form->reasons[] = $this->session->refusal($answer);
        }
    }

    private function body(): string
    {
        if ($this->changed) {
            return html::div('formcontent', html::div(['class' => 'danhba-done', 'role' => 'status'],
                $this->form->text('changed')));
        }
        return $this->form->html(
            './?_task=settings&_action=plugin.danhba-password',
            (string) $_SESSION['username'],
            ['old', 'new', 'again'],
            html::tag('h1', ['class' => 'boxtitle'], $this->form->text('passwordtitle'))
                . html::p(null, $this->form->text('passwordintro'))
        );
    }
}
