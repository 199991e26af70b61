<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use rcmail;

/** Settings: the user changes the password; this session goes on, and all others of the mailbox end. */
final class PasswordPage
{
    private bool $changed = false;

    public function __construct(
        private readonly danhba $plugin,
        private readonly rcmail $rcmail,
        private readonly Session $session,
        private readonly Form $form
    ) {
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
        $answer = $this->form->change((string) $_SESSION['username'], $this->form->posted('_old'), 'wrongold');
        if ($answer) {
            $this->session->renew($answer['mailbox'], $answer['token']);
            $this->changed = true;
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
