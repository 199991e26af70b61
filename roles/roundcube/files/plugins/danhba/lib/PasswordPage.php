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
    private const ACTION = 'plugin.danhba-password';

    public function __construct(
        private readonly danhba $plugin,
        private readonly rcmail $rcmail,
        private readonly Session $session,
        private readonly Form $form
    ) {
    }

    /** Its action. Roundcube has checked the token of a POST by now; a GET changes nothing. */
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
            $this->rcmail->output->redirect(['_task' => 'settings', '_action' => self::ACTION, '_danhba' => 'changed']);
        }
    }

    private function body(): string
    {
        if (rcube_utils::get_input_string('_danhba', rcube_utils::INPUT_GET) === 'changed') {
            return html::div('formcontent', html::div(['class' => 'danhba-done', 'role' => 'status'],
                $this->form->text('changed')));
        }
        return $this->form->html(
            './?_task=settings&_action=' . self::ACTION,
            (string) $_SESSION['username'],
            ['old', 'new', 'again'],
            html::tag('h1', ['class' => 'boxtitle'], $this->form->text('passwordtitle'))
                . html::p(null, $this->form->text('passwordintro'))
        );
    }
}
