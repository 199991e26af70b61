<?php

declare(strict_types=1);

namespace Danhba;

use danhba;
use html;
use rcmail;
use rcube;
use rcube_utils;

/** What the login page says beside its form: whose service it is, no state secrets (R7.1, R10.6), and whom to ask. */
final class LoginPage
{
    private const LINKS = ['guide' => '/huong-dan/', 'phone' => '/dien-thoai/', 'directory' => '/danh-ba/'];

    public function __construct(
        private readonly danhba $plugin,
        private readonly rcmail $rcmail,
        private readonly Session $session,
        private readonly Support $support
    ) {
    }

    /** Hook `loginform_content`: a letter's password is long, and typed unseen. */
    public function content(array $args): array
    {
        $show = ['outterclass' => 'danhba-shown', 'content' => Form::show_button($this->plugin)];
        $args['buttons'] = ['show' => $show] + $args['buttons'];
        return $args;
    }

    /** Hook `template_object_loginform`. */
    public function form(array $args): array
    {
        $this->plugin->include_stylesheet('danhba.css');
        $this->plugin->include_script('danhba.js');
        $error = $this->session->error();
        $changed = !$error && rcube_utils::get_input_string('_danhba', rcube_utils::INPUT_GET) === 'changed';
        $product = rcube::Q((string) $this->rcmail->config->get('product_name'));
        $args['content'] = html::tag('h1', ['class' => 'danhba-product'], $product)
            . ($error ? html::div(['class' => 'danhba-alert', 'role' => 'alert'], rcube::Q($error)) : '')
            . ($changed ? html::div(['class' => 'danhba-done', 'role' => 'status'], $this->text('changedsignin')) : '')
            . $args['content'];
        return $args;
    }

    /** Hook `template_container`. */
    public function container(array $args): array
    {
        if (($args['name'] ?? '') === 'loginfooter') {
            $args['content'] .= html::div('danhba-notice', $this->text('secrecy'))
                . html::div('danhba-links', $this->links()) . html::div('danhba-support', $this->support->html());
        }
        return $args;
    }

    private function links(): string
    {
        // In full: Roundcube takes a path from the root for one in the skin.
        $site = 'https://' . $this->rcmail->config->get('danhba_host');
        $link = fn (string $name): string => html::a(
            ['href' => $site . self::LINKS[$name]],
            $this->text($name)
        );
        return implode(' · ', array_map($link, array_keys(self::LINKS)));
    }

    private function text(string $name): string
    {
        return rcube::Q($this->plugin->gettext($name));
    }
}
